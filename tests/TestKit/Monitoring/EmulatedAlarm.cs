namespace ModelServing.TestKit.Monitoring;

internal sealed record EmulatedAlarm(
    string Id, string Name, string Status, IReadOnlyList<(IReadOnlyDictionary<string, string> Dimensions, string Status)> Streams);
