namespace ModelServing.Stacks.Preview;

/// <summary>How a preview is written.</summary>
internal enum PreviewFormat
{
    /// <summary>Text.</summary>
    Plain,

    /// <summary>Text in colours, for a terminal.</summary>
    Colour,

    /// <summary>Markdown, for a page that shows it.</summary>
    Markdown,

    /// <summary>What belongs into a Markdown block of a difference, for a program that makes the page: no title and no markup.</summary>
    Difference,
}
