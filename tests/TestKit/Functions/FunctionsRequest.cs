using ModelServing.TestKit.Emulation;

namespace ModelServing.TestKit.Functions;

/// <summary>A request that the emulator received.</summary>
/// <param name="Target">Its target, with its escapes.</param>
/// <param name="Operation">The operation; null if the emulator does not have it, or for another function.</param>
public sealed record FunctionsRequest(string Target, FunctionsOperation? Operation) : EmulatorRequest<FunctionsOperation>(Operation);
