namespace ModelServing.Contracts;

/// <summary>A block of a compressed plan.</summary>
/// <param name="Start">Where its bytes begin.</param>
/// <param name="Length">The number of its bytes.</param>
/// <param name="TextLength">The number of bytes that it says it decompresses to.</param>
public readonly record struct PlanBlock(int Start, int Length, int TextLength)
{
    public int End => Start + Length;
}
