namespace ModelServing.Predictions.Records;

/// <summary>What becomes of a tensor's data in the record.</summary>
public enum TensorFate
{
    Kept,

    /// <summary>They are left out.</summary>
    Dropped,

    /// <summary>A keyed hash takes their place.</summary>
    Hashed,
}
