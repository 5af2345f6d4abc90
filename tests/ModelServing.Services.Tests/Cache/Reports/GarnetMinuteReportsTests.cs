namespace ModelServing.Services.Tests.Cache.Reports;

/// <summary>What processes report of each minute, over Garnet in this process.</summary>
public sealed class GarnetMinuteReportsTests() : MinuteReportsTests(TestedGarnet.StartAsync);
