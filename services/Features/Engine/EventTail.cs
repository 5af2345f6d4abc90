namespace ModelServing.Features.Engine;

/// <summary>
/// The keys of an entity's newest events, ordered by (time, key), by which it recognises repeated ones. It has a capacity; beyond that the
/// oldest is dropped, and from then on nothing that is not later than it is accepted. So a repeated event is never counted twice.
/// </summary>
/// <param name="capacity">The most keys.</param>
internal sealed class EventTail(int capacity)
{
    private long[] times = new long[Math.Min(capacity, 8)];

    // The halves of the keys, because a search for 64 bits is a few instructions for many keys.
    private ulong[] lows = new ulong[Math.Min(capacity, 8)];
    private ulong[] highs = new ulong[Math.Min(capacity, 8)];
    private int count;

    // The newest event that was dropped, or -1.
    private long horizonTime = -1;
    private UInt128 horizonKey;

    /// <summary>The most bytes of an encoded tail.</summary>
    internal static int MaxBytes(int capacity) =>
        2 * StateWriter.MaxVarint + StateWriter.KeyBytes + capacity * (8 + StateWriter.KeyBytes);

    /// <summary>True if the event is not later than one that was dropped.</summary>
    internal bool IsBeyondHorizon(long time, UInt128 key) => time < horizonTime || (time == horizonTime && key <= horizonKey);

    internal bool Contains(UInt128 key)
    {
        var (low, high) = ((ulong)key, (ulong)(key >> 64));
        for (var from = 0; ;)
        {
            var at = lows.AsSpan(from, count - from).IndexOf(low);
            if (at < 0)
                return false;
            if (highs[from + at] == high)
                return true;
            from += at + 1;
        }
    }

    internal void Add(long time, UInt128 key)
    {
        var at = count;
        while (at > 0 && IsLater(at - 1, time, key))
            at--;
        if (count == capacity)
        {
            // The oldest leaves, which may be the new one.
            if (at == 0)
            {
                horizonTime = time;
                horizonKey = key;
                return;
            }

            horizonTime = times[0];
            horizonKey = Key(0);
            RemoveFirst(1);
            at--;
        }

        if (count == times.Length)
            Grow(Math.Min(capacity, count * 2));
        Array.Copy(times, at, times, at + 1, count - at);
        Array.Copy(lows, at, lows, at + 1, count - at);
        Array.Copy(highs, at, highs, at + 1, count - at);
        Set(at, time, key);
        count++;
    }

    /// <summary>Removes what is older than <paramref name="time"/>; such events are late anyway.</summary>
    internal void Prune(long time)
    {
        if (horizonTime >= 0 && horizonTime < time)
        {
            horizonTime = -1;
            horizonKey = 0;
        }

        if (count == 0 || times[0] >= time)
            return;
        var removed = 1;
        while (removed < count && times[removed] < time)
            removed++;
        RemoveFirst(removed);
    }

    internal void Write(long watermark, ref StateWriter writer)
    {
        writer.WriteVarint((ulong)(horizonTime + 1));
        if (horizonTime >= 0)
            writer.WriteKey(horizonKey);
        writer.WriteVarint((ulong)count);
        // From the newest, so that the first number is small too.
        var before = watermark;
        for (var i = count - 1; i >= 0; i--)
        {
            writer.WriteVarint((ulong)(before - times[i]));
            writer.WriteKey(Key(i));
            before = times[i];
        }
    }

    /// <summary>Reads a tail in place of what is there.</summary>
    /// <exception cref="FeatureStateException">The bytes are not a tail of events from <paramref name="oldest"/> to
    /// <paramref name="watermark"/>.</exception>
    internal void Read(long oldest, long watermark, ref StateReader reader)
    {
        horizonTime = reader.ReadCount(watermark + 1) - 1;
        horizonKey = horizonTime >= 0 ? reader.ReadKey() : 0;
        count = (int)reader.ReadCount(capacity);
        if (count > times.Length)
            Grow(count);
        var before = watermark;
        for (var i = count - 1; i >= 0; i--)
        {
            before -= reader.ReadCount(before);
            var key = reader.ReadKey();
            if (before < oldest || (i < count - 1 && !IsLater(i + 1, before, key)))
                throw StateReader.Damaged("its events are not in order");
            Set(i, before, key);
        }

        if (horizonTime >= 0 && (horizonTime < oldest || (count > 0 && IsBeyondHorizon(times[0], Key(0)))))
            throw StateReader.Damaged("its horizon is wrong");
    }

    private bool IsLater(int index, long time, UInt128 key) => times[index] > time || (times[index] == time && Key(index) > key);

    private UInt128 Key(int index) => new(highs[index], lows[index]);

    private void Set(int index, long time, UInt128 key)
    {
        times[index] = time;
        lows[index] = (ulong)key;
        highs[index] = (ulong)(key >> 64);
    }

    private void RemoveFirst(int removed)
    {
        count -= removed;
        Array.Copy(times, removed, times, 0, count);
        Array.Copy(lows, removed, lows, 0, count);
        Array.Copy(highs, removed, highs, 0, count);
    }

    private void Grow(int size)
    {
        Array.Resize(ref times, size);
        Array.Resize(ref lows, size);
        Array.Resize(ref highs, size);
    }
}
