namespace ModelServing.Jobs.Progress;

/// <summary>Shows which step a job is at, and how far it is.</summary>
internal interface IStepProgress
{
    /// <summary>A step begins, and the one before it is done.</summary>
    /// <param name="step">What the job does now, as in <c>Reading rows</c>.</param>
    /// <param name="total">How much there is to do; null if that is unknown.</param>
    void Begin(string step, long? total = null);

    /// <summary>More of the step is done.</summary>
    void Advance(long amount);
}
