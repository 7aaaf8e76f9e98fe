"""What a teacher's tools need: new courses, a class of made-up students to try a course on."""
