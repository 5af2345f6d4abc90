namespace ModelServing.TestKit.Monitoring;

/// <summary>A request that the emulator got.</summary>
/// <param name="Target">Its target, with its escapes.</param>
/// <param name="Operation">The operation; null for none that is emulated.</param>
/// <param name="Host">The host that it names, which is signed.</param>
public sealed record MonitoringRequest(string Target, MonitoringOperation? Operation, string Host);
