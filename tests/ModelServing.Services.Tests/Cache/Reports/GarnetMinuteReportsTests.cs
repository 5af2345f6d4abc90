namespace ModelServing.Services.Tests.Cache.Reports;

/// <summary>Minute reports on Garnet in this process.</summary>
public sealed class GarnetMinuteReportsTests() : MinuteReportsTests(TestedGarnet.StartAsync);
