namespace ModelServing.Functions.Rollback;

/// <summary>A message of an alarm, as far as it matters here.</summary>
/// <param name="Type">What it says happened, in Monitoring's words, as in <c>OK_TO_FIRING</c>; empty where it does not say.</param>
/// <param name="Streams">The streams that it is about; none where all is well again.</param>
internal sealed record AlarmMessage(string Type, IReadOnlyList<AlarmStream> Streams);
