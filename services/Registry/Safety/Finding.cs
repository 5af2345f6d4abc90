namespace ModelServing.Registry.Safety;

/// <summary>One thing that is wrong with an artifact, and so a reason to refuse it.</summary>
/// <param name="Code">The kind of finding, for programs: one of <see cref="FindingCode"/>.</param>
/// <param name="Place">An object's key, or a path into the model such as <c>graph.node[3] 'conv1' Conv.attribute 'value'.t</c>.</param>
/// <param name="Message">What is wrong there, for people.</param>
public sealed record Finding(string Code, string Place, string Message)
{
    /// <summary>The maximum length of a place, in characters. A longer one loses its middle.</summary>
    public const int MaxPlace = 300;

    /// <summary>The maximum length of a message, in characters. A longer one loses its end.</summary>
    public const int MaxMessage = 500;

    /// <summary>A readable form: <c>graph.initializer[0] 'w': its data are in 'w.bin'; export the model as one file
    /// (external-data)</c>.</summary>
    public override string ToString() => $"{Place}: {Message} ({Code})";
}
