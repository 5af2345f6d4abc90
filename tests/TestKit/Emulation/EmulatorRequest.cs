namespace ModelServing.TestKit.Emulation;

/// <summary>A request that an emulator received.</summary>
/// <typeparam name="TOperation">The service's operations.</typeparam>
/// <param name="Operation">The operation; null if the emulator does not have it.</param>
public abstract record EmulatorRequest<TOperation>(TOperation? Operation)
    where TOperation : struct, Enum
{
    /// <summary>The opc-request-id of the answer.</summary>
    public string RequestId { get; internal set; } = "";

    /// <summary>The status of the answer; 0 until an answer begins.</summary>
    public int Status { get; internal set; }

    /// <summary>Whether the caller left before it got an answer.</summary>
    public bool IsAbandoned { get; internal set; }
}
