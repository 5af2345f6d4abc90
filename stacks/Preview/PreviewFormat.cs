namespace ModelServing.Stacks.Preview;

internal enum PreviewFormat
{
    Plain,

    /// <summary>Text with colours, for a terminal.</summary>
    Colour,

    /// <summary>Markdown, for a web page.</summary>
    Markdown,

    /// <summary>For a program that writes the page around it: no title and no markup, details with the marks of a Markdown diff block, and
    /// whole lines.</summary>
    Difference,
}
