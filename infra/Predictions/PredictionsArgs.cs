namespace ModelServing.Infra.Predictions;

public sealed class PredictionsArgs : ComponentArgs
{
    /// <summary>The limits of the table of predictions.</summary>
    public required TableSize Predictions { get; init; }

    /// <summary>The limits of the table of outcomes.</summary>
    public required TableSize Outcomes { get; init; }

    /// <summary>The days until the service deletes a row by itself. 30 by default.</summary>
    public int RetentionDays { get; init; } = 30;

    /// <summary>Whether the tables are protected from deletion, and kept in the cloud if the stack is removed. True by default.</summary>
    public bool DataProtection { get; init; } = true;

    internal PredictionsArgs CheckedSizes()
    {
        Predictions.Check(nameof(Predictions));
        Outcomes.Check(nameof(Outcomes));
        return RetentionDays < 1
            ? throw new ArgumentException($"{nameof(RetentionDays)} is {RetentionDays}; it must be at least 1")
            : this;
    }
}
