namespace ModelServing.Inference.Batching;

/// <summary>What a group of callers has of the turns and of the queue. <see cref="RunGate"/> guards it.</summary>
/// <param name="isPinned">Whether its requests name the version themselves.</param>
internal sealed class GroupTurns(bool isPinned)
{
    // Of the last measurement in the mean.
    private const double Weight = 0.1;

    // By how much one turn changes the usual length. So few long calls among many short ones do not change it, as with a median.
    private const double Step = 0.125;

    private long takenAt;
    private long taken;
    private double perRow;
    private double usualTurn;
    private double usualRows;

    internal bool IsPinned => isPinned;

    /// <summary>The turns that calls of the group lead now.</summary>
    internal int Held { get; set; }

    /// <summary>Those of them that are lost, because their calls can't be ended.</summary>
    internal int Lost { get; set; }

    /// <summary>The number of its last turn, its own or a shared one, in the order in which turns began; 0 for none.</summary>
    internal long LastTurn { get; set; }

    /// <summary>What its calls have used of the model's time, in the clock's units. <see cref="UsedTime"/> sets it.</summary>
    internal double Used { get; set; }

    /// <summary>What calls have used of it that got turns before the oldest one: they fit into a batch, and it does not.</summary>
    internal double Overtook { get; set; }

    /// <summary>What it had used when its oldest call became the oldest. By this it gets turns, so that a call which fits into no batch is
    /// not overtaken for ever.</summary>
    internal double UsedByFirst => Used - Overtook;

    /// <summary>The group with the least is the next that leads a turn.</summary>
    internal (int Held, double Used, long LastTurn) Order => (Held, UsedByFirst, LastTurn);

    /// <summary>Its calls in the queue, oldest first.</summary>
    internal LinkedList<QueuedCall> Waiting { get; } = [];

    /// <summary>The rows of these.</summary>
    internal long WaitingRows { get; set; }

    /// <summary>Its calls that lead a run or wait.</summary>
    internal int Requests => Held + Waiting.Count;

    /// <summary>The timestamp until which it shares no batch with other groups, because a call of it made one fail.</summary>
    internal long SharesFrom { get; set; }

    /// <summary>The last batch that none of its waiting calls fits.</summary>
    internal Batch? Unfit { get; set; }

    /// <summary>How long a new call will wait behind those of its group, in the clock's units; 0 while that is not known. It follows from
    /// how fast the last ones got their turns, so it includes what other groups take.</summary>
    internal long Wait => (long)(WaitingRows * perRow);

    /// <summary>How many times as long as forecast a new call may wait.</summary>
    internal WaitMargin Margin { get; } = new();

    /// <summary>The number of the last turn that it had a part of and that has ended, in the order in which turns ended.</summary>
    internal long LastEnded { get; set; }

    /// <summary>How long a turn that it has a part of usually takes, in the clock's units; 0 while that is not known.</summary>
    internal long UsualTurn => (long)usualTurn;

    /// <summary>How long a run for so many rows probably takes: that of a turn, or more for more rows than usual.</summary>
    internal long RunOf(int rows) => (long)(usualTurn * Math.Max(1, rows / Math.Max(1, usualRows)));

    /// <summary>A turn that it had a part of has ended.</summary>
    internal void TurnTook(long duration, int rows)
    {
        usualTurn = usualTurn <= 0 ? duration
            : duration > usualTurn ? usualTurn * (1 + Step)
            // The first call may have been a long one.
            : Math.Max(usualTurn / 2, duration > usualTurn / 2 ? usualTurn * (1 - Step) : 0);
        usualRows = usualRows > 0 ? usualRows + (Weight * (rows - usualRows)) : rows;
    }

    /// <summary>A call of so many rows that waited gets its turn.</summary>
    internal void Takes(int rows, long now)
    {
        if (takenAt != 0 && now > takenAt)
        {
            var one = (double)(now - takenAt) / taken;
            perRow = perRow > 0 ? perRow + (Weight * (one - perRow)) : one;
        }

        taken = now == takenAt ? taken + rows : rows;
        takenAt = now;
    }

    /// <summary>No call of it waits any more, so nothing is known about the next ones.</summary>
    internal void IsEmpty()
    {
        takenAt = 0;
        perRow = 0;
    }
}
