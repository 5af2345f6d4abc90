namespace ModelServing.Registry.FirstRuns;

/// <summary>What a first run may use.</summary>
/// <remarks>A model that uses up a limit is refused only if the limit is fair: enough for any model of its size that a pod could serve. A
/// program with less memory or time than that can't judge.</remarks>
/// <param name="MemoryBytes">The memory that the process may write, in bytes.</param>
/// <param name="ProcessorTime">The processor time for opening the model and running it with zeros.</param>
/// <param name="Time">The time for the same.</param>
public sealed record FirstRunLimits(long MemoryBytes, TimeSpan ProcessorTime, TimeSpan Time)
{
    // While it opens a model, the runtime makes several copies of it.
    private const int Copies = 6;
    private const long Mebibyte = 1024 * 1024;

    // What any program uses, and what a small model may use beside its own bytes.
    private const long LeastRoom = 768 * Mebibyte;
    private const long MostRoom = 2048 * Mebibyte;

    private const long BytesPerSecond = 10 * Mebibyte;

    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Waiting = TimeSpan.FromSeconds(90);

    /// <summary>The time and the processor time for starting the process and for running the model with other elements.</summary>
    public TimeSpan ForOthers { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether a model that runs out of this memory needs too much of it.</summary>
    public required bool IsFairMemory { get; init; }

    /// <summary>Whether a model that runs out of this time needs too much of it.</summary>
    public required bool IsFairTime { get; init; }

    /// <summary>The limits for a model.</summary>
    /// <param name="modelBytes">The size of the model.</param>
    /// <param name="room">The memory that is left, in bytes; null if nothing limits it.</param>
    /// <param name="left">The time that is left; null if nothing limits it.</param>
    public static FirstRunLimits For(long modelBytes, long? room = null, TimeSpan? left = null)
    {
        var memory = Math.Min(room ?? long.MaxValue, MostRoom + (Copies * modelBytes));
        var processor = LeastTime + TimeSpan.FromSeconds((double)modelBytes / BytesPerSecond);
        var time = processor + Waiting;
        if (left < time)
            time = left > TimeSpan.Zero ? left.Value : TimeSpan.Zero;
        return new FirstRunLimits(memory, processor, time)
        {
            IsFairMemory = memory >= LeastRoom + (Copies * modelBytes),
            IsFairTime = time >= processor,
        };
    }
}
