export const found = "in the class path";
