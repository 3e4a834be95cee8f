/** How the rotator looks, beyond what all layouts share. */
export const rotatorStyle = `
[part="list"] { list-style: none; min-block-size: 5.5em; }
`;
