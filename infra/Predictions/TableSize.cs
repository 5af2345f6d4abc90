namespace ModelServing.Infra.Predictions;

/// <summary>The limits of a table.</summary>
/// <param name="ReadUnits">KB per second of eventually consistent reads. A strongly consistent read takes twice as many.</param>
/// <param name="WriteUnits">KB per second.</param>
/// <param name="StorageGbs">The largest size in GB.</param>
public sealed record TableSize(int ReadUnits, int WriteUnits, int StorageGbs)
{
    internal void Check(string name)
    {
        if (ReadUnits < 1 || WriteUnits < 1 || StorageGbs < 1)
        {
            throw new ArgumentException(
                $"{name}: {nameof(ReadUnits)} is {ReadUnits}, {nameof(WriteUnits)} is {WriteUnits}, {nameof(StorageGbs)} is {StorageGbs}; "
                + "each must be at least 1");
        }
    }
}
