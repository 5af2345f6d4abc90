namespace ModelServing.Registry.Safety;

/// <summary>One thing that is wrong with an artifact, and a reason to refuse it.</summary>
/// <param name="Code">What kind of thing, for a program: one of <see cref="FindingCode"/>.</param>
/// <param name="Place">Where it is: an object's key, or a path into the model such as <c>graph.node[3] 'conv1' Conv.attribute 'value'.t</c>.</param>
/// <param name="Message">What is wrong there, for a person.</param>
public sealed record Finding(string Code, string Place, string Message)
{
    /// <summary>The most characters of a place; what is longer loses its middle.</summary>
    public const int MaxPlace = 300;

    /// <summary>The most characters of a message; what is longer loses its end.</summary>
    public const int MaxMessage = 500;

    /// <summary>As a person reads it: <c>graph.initializer[0] 'w': its data are in the file 'w.bin' (external-data)</c>.</summary>
    public override string ToString() => $"{Place}: {Message} ({Code})";
}
