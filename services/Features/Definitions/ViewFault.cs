namespace ModelServing.Features.Definitions;

/// <summary>A rule that a view's definition breaks.</summary>
/// <param name="Path">The place, such as <c>features.card_count_1d.window</c>; empty for the whole definition.</param>
/// <param name="Message">What is wrong, and what would be right.</param>
public sealed record ViewFault(string Path, string Message)
{
    public override string ToString() => Path.Length > 0 ? $"{Path}: {Message}" : Message;
}
