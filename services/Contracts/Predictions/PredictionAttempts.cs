namespace ModelServing.Contracts.Predictions;

/// <summary>The numbers of a request's attempts.</summary>
public static class PredictionAttempts
{
    /// <summary>The attempt at the assigned variant.</summary>
    public const int First = 1;

    /// <summary>The attempt at stable after another variant: for the caller, or for comparison.</summary>
    public const int Second = 2;

    /// <summary>The router's note that attempt N got no answer has the number N + 100. The version may have a record of the attempt all the
    /// same, and neither replaces the other.</summary>
    public const int NoAnswer = 100;
}
