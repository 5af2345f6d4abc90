namespace ModelServing.TestKit;

/// <summary>A model that must be refused.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Code">The finding's code.</param>
/// <param name="Place">The beginning of the finding's place.</param>
/// <param name="Bytes">The file.</param>
public sealed record UnsafeOnnx(string Name, string Code, string Place, byte[] Bytes)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Code})";
}
