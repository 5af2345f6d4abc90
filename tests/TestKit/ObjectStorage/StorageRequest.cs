using ModelServing.TestKit.Emulation;

namespace ModelServing.TestKit.ObjectStorage;

/// <summary>A request that the emulator received.</summary>
/// <param name="Target">Its target.</param>
/// <param name="Headers">Its headers.</param>
public sealed record StorageRequest(RequestTarget Target, IReadOnlyDictionary<string, string> Headers)
    : EmulatorRequest<StorageOperation>(Target.Operation);
