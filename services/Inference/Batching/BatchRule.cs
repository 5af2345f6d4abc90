using ModelServing.Inference.Models;

namespace ModelServing.Inference.Batching;

/// <summary>Whether a version's calls are combined into batches, and how large these may be.</summary>
internal sealed class BatchRule
{
    // What is copied for a batch. Rows that are larger gain little from sharing a run.
    private const long MostBytes = 4 * 1024 * 1024;

    // A run of a batch that takes so many times as long as usual has a row that costs the others too much.
    private const int LongTimes = 8;
    private static readonly TimeSpan LeastLimit = TimeSpan.FromMilliseconds(100);

    private long usual;

    private BatchRule(int mostRows, string text)
    {
        MostRows = mostRows;
        Text = text;
    }

    /// <summary>The most rows of a batch; 0 if each call runs alone.</summary>
    internal int MostRows { get; }

    /// <summary>What is done, and why, for the log.</summary>
    internal string Text { get; }

    /// <summary>Each call runs alone.</summary>
    internal static BatchRule Off(string why) => new(0, $"one by one, because {why}");

    /// <param name="mostRows">The most rows of a batch.</param>
    /// <param name="usual">How long a run of a full batch takes, in the clock's units.</param>
    internal static BatchRule On(int mostRows, long usual) => new(mostRows, $"in batches of up to {mostRows} rows") { usual = usual };

    /// <summary>How long a run of a batch may take, in the clock's units. Then each of its calls runs alone.</summary>
    internal long LongestRun(TimeProvider time) =>
        Math.Max(LongTimes * Volatile.Read(ref usual), (long)(LeastLimit.TotalSeconds * time.TimestampFrequency));

    /// <summary>A batch has run for this long, in the clock's units.</summary>
    internal void Took(long duration)
    {
        var before = Volatile.Read(ref usual);
        // Two runs at the same time may lose one of the two measurements.
        Volatile.Write(ref usual, before + ((duration - before) / 8));
    }

    /// <summary>The most rows of a batch with a call of these tensors; 0 if it runs alone.</summary>
    /// <param name="tensors">A tensor for each of the model's inputs.</param>
    /// <param name="bytes">What a copy of them takes.</param>
    internal int MostRowsWith(IReadOnlyList<RuntimeTensor> tensors, long bytes)
    {
        if (MostRows == 0)
            return 0;
        var rows = tensors[0].Shape[0];
        for (var i = 1; i < tensors.Count; i++)
        {
            if (tensors[i].Shape[0] != rows)
                return 0;
        }

        var most = Math.Min(MostRows, MostBytes / Math.Max(1, bytes / rows));
        return most > rows ? (int)most : 0;
    }

    /// <summary>Whether the rows of two calls have the same shapes.</summary>
    internal static bool AreAlike(IReadOnlyList<RuntimeTensor> tensors, IReadOnlyList<RuntimeTensor> others)
    {
        for (var i = 0; i < tensors.Count; i++)
        {
            if (!tensors[i].Shape.AsSpan(1).SequenceEqual(others[i].Shape.AsSpan(1)))
                return false;
        }

        return true;
    }
}
