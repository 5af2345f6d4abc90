using System.Collections.Concurrent;
using ModelServing.OnlineStore;

namespace ModelServing.Inference.Features;

/// <summary>The states that were read in a short time. Their memory is given back when the last request that uses them has released
/// them, and never before.</summary>
/// <param name="began">When the time began.</param>
internal sealed class StateGeneration(long began)
{
    private const int MostStates = 4096;
    private const int MostBytes = 16 * 1024 * 1024;

    private readonly ConcurrentDictionary<EntityQuery, EntityAnswer> states = new();
    private readonly ConcurrentQueue<OnlineAnswers> owned = [];

    // The requests that use it, and one more while it is the present. It never grows again from 0.
    private int holders = 1;
    private int bytes;

    internal long Began => began;

    /// <summary>Keeps the states until <see cref="Release"/>; false if they are gone.</summary>
    internal bool TryHold()
    {
        for (var known = Volatile.Read(ref holders); known > 0;)
        {
            var before = Interlocked.CompareExchange(ref holders, known + 1, known);
            if (before == known)
                return true;
            known = before;
        }

        return false;
    }

    internal void Release()
    {
        if (Interlocked.Decrement(ref holders) > 0)
            return;
        foreach (var answers in owned)
            answers.Dispose();
    }

    internal bool TryGet(EntityQuery entity, out EntityAnswer answer) => states.TryGetValue(entity, out answer);

    /// <summary>Takes states that were read for one of the holders.</summary>
    /// <returns>False if there are too many; then they still belong to the caller.</returns>
    internal bool TryTake(IReadOnlyList<EntityQuery> entities, OnlineAnswers answers)
    {
        if (states.Count + entities.Count > MostStates || !TakeBytes(answers.Entities))
            return false;
        owned.Enqueue(answers);
        for (var i = 0; i < entities.Count; i++)
            states[entities[i]] = answers.Entities[i];
        return true;
    }

    private bool TakeBytes(IReadOnlyList<EntityAnswer> answers)
    {
        var added = 0;
        foreach (var answer in answers)
            added += answer.Encoded.Length;
        if (Interlocked.Add(ref bytes, added) <= MostBytes)
            return true;
        Interlocked.Add(ref bytes, -added);
        return false;
    }
}
