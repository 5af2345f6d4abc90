namespace ModelServing.TestKit.ObjectStorage;

/// <summary>A request that the emulator got.</summary>
/// <param name="Target">What it asked for.</param>
/// <param name="Headers">Its headers.</param>
public sealed record RecordedRequest(RequestTarget Target, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The operation; null for none that is emulated.</summary>
    public StorageOperation? Operation => Target.Operation;

    /// <summary>The identifier that its answer has.</summary>
    public string RequestId { get; internal set; } = "";

    /// <summary>The status of its answer; 0 while or because it got none.</summary>
    public int Status { get; internal set; }

    /// <summary>Whether the caller left before it had an answer.</summary>
    public bool IsAbandoned { get; internal set; }
}
