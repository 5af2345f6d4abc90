namespace ModelServing.Services.Tests.Cache.Guard;

/// <summary>Slots on Garnet in this process.</summary>
public sealed class GarnetCountSlotsTests() : CountSlotsTests(TestedGarnet.StartAsync);
