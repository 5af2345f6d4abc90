using ModelServing.TestKit.Emulation;

namespace ModelServing.TestKit.ObjectStorage;

/// <summary>A request that the emulator received.</summary>
public sealed record StorageRequest(RequestTarget Target, IReadOnlyDictionary<string, string> Headers)
    : EmulatorRequest<StorageOperation>(Target.Operation);
