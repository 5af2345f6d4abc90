namespace ModelServing.TestKit;

/// <summary>A model that must be refused.</summary>
/// <param name="Name">The fault in the model.</param>
/// <param name="Code">The finding's code.</param>
/// <param name="Place">A text that the finding's place must contain.</param>
/// <param name="Bytes">The file.</param>
public sealed record UnsafeOnnx(string Name, string Code, string Place, byte[] Bytes)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Code})";
}
