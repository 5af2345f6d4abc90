namespace ModelServing.Jobs.Replays;

/// <summary>Why something did not happen, and how often.</summary>
internal sealed record CountedReason(string Reason, long Count);
