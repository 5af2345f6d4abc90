using ModelServing.Contracts;
using ModelServing.Inference.Memory;
using ModelServing.Runtime;

namespace ModelServing.Inference.Models;

/// <summary>
/// The memory that the opened models of a pool share. When a model needs room, the ones that were not used for longest are closed; the next
/// request for one opens it again. A model that answers a request is never closed. A process of one version has no such limit.
/// </summary>
internal sealed class ModelRoom : IDisposable
{
    /// <summary>What an opened model takes beside its weights: the runtime's session, and what describes it here.</summary>
    internal const long BytesOfModel = 512 * 1024;

    // The runtime copies weights, and keeps some of them in a second form. Trees become much larger, and models of trees are small.
    private const int CopiesOfWeights = 2;
    private const int MoreOfSmall = 6;
    private const long Small = 1024 * 1024;

    // While all opened models answer requests.
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(10);

    private readonly TimeProvider time;
    private readonly bool isPool;

    // Opening models takes processor time from the requests of others.
    private readonly SemaphoreSlim loads = new(Math.Max(1, Environment.ProcessorCount / 2));

    // Guards all that follows.
    private readonly Lock changing = new();
    private readonly HashSet<VersionModel> open = [];
    private long used;
    private bool hasClosed;

    public ModelRoom(InferenceSettings settings, MemoryShares shares, InferenceInstruments instruments, TimeProvider time)
    {
        this.time = time;
        isPool = settings.Pool is not null;
        Most = shares.ModelsBytes;
        if (isPool)
            instruments.Observe(this);
    }

    /// <summary>The most bytes that opened models may use together.</summary>
    internal long Most { get; }

    /// <summary>The bytes that they use, as far as that is known.</summary>
    internal long Used
    {
        get
        {
            lock (changing)
                return used;
        }
    }

    /// <summary>The number of opened models.</summary>
    internal int Count
    {
        get
        {
            lock (changing)
                return open.Count(static model => model.Current is not null);
        }
    }

    /// <summary>Whether models were closed since the last time that this was asked.</summary>
    internal bool TakeClosed()
    {
        lock (changing)
            return hasClosed && !(hasClosed = false);
    }

    /// <summary>The memory of the calls, which all models of a pool share; null until the first is open, and without a pool.</summary>
    internal RuntimeArena? Arena { get; private set; }

    /// <summary>The bytes that an opened model of this size takes.</summary>
    internal static long BytesOf(long size) => BytesOfModel + (CopiesOfWeights * size) + (MoreOfSmall * Math.Min(size, Small));

    /// <summary>Waits for a turn to read and open a model. The caller disposes it.</summary>
    internal async Task<IDisposable?> TurnAsync(CancellationToken cancellation)
    {
        if (!isPool)
            return null;
        await loads.WaitAsync(cancellation);
        return new Returned(() => loads.Release());
    }

    /// <summary>Waits until there is room for a model. The caller disposes it when the model is closed.</summary>
    /// <exception cref="ModelException">The model does not even fit alone.</exception>
    internal async Task<IDisposable?> TakeAsync(long size, CancellationToken cancellation)
    {
        if (!isPool)
            return null;
        var bytes = BytesOf(size);
        if (bytes > Most)
        {
            throw new ModelException(
                $"an opened model of {size} bytes takes {bytes} bytes, and those of the pool may take {Most} together " +
                $"({HostEnvironment.NameOf(nameof(InferenceSettings.ModelsBytes))})");
        }

        while (!TryTake(bytes))
            await Task.Delay(Period, time, cancellation);
        return new Returned(() =>
        {
            lock (changing)
                used -= bytes;
        });
    }

    /// <summary>A model is open.</summary>
    internal void Opened(VersionModel model, RuntimeArena arena)
    {
        if (!isPool)
            return;
        lock (changing)
        {
            open.Add(model);
            Arena = arena;
        }
    }

    public void Dispose() => loads.Dispose();

    private bool TryTake(long bytes)
    {
        lock (changing)
        {
            if (used + bytes > Most)
            {
                foreach (var model in open.OrderBy(static model => model.LastUsed).ToList())
                {
                    if (!model.TryClose())
                        continue;
                    open.Remove(model);
                    hasClosed = true;
                    if (used + bytes <= Most)
                        break;
                }
            }

            if (used + bytes > Most)
                return false;
            used += bytes;
            return true;
        }
    }

    private sealed class Returned(Action giveBack) : IDisposable
    {
        private Action? giveBack = giveBack;

        public void Dispose() => Interlocked.Exchange(ref giveBack, null)?.Invoke();
    }
}
