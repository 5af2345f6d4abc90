using ModelServing.Cache;
using ModelServing.Cache.Features;

namespace ModelServing.OnlineStore;

/// <summary>Reads the states of any number of entities, of any views, in one round. The views' markers are in the same round, so a store
/// that lost its values is noticed at once.</summary>
/// <param name="values">The values in the cache.</param>
public sealed class OnlineReader(FeatureValues values)
{
    /// <summary>Reads states.</summary>
    /// <exception cref="CacheException">The cache did not answer in time, or refused.</exception>
    public async Task<OnlineAnswers> ReadAsync(IReadOnlyList<EntityQuery> queries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queries);
        if (queries.Count == 0)
            return new OnlineAnswers([], LeasedValues.None);
        var views = new Dictionary<ViewStore, int>();
        var viewOf = new int[queries.Count];
        var keys = new List<FeatureKey>(queries.Count + 8);
        for (var i = 0; i < viewOf.Length; i++)
        {
            var view = queries[i].View;
            if (!views.TryGetValue(view, out viewOf[i]))
            {
                views.Add(view, viewOf[i] = keys.Count);
                keys.Add(view.Keys.Marker);
            }
        }

        var first = keys.Count;
        for (var i = 0; i < viewOf.Length; i++)
            keys.Add(queries[i].View.KeyOf(queries[i].Entity));
        var read = await values.LeaseAsync(keys, cancellationToken);

        var fills = new ulong?[first];
        foreach (var (view, index) in views)
            fills[index] = view.Accept(ValueOf(index).Span)?.FillNumber;
        var answers = new EntityAnswer[viewOf.Length];
        for (var i = 0; i < answers.Length; i++)
        {
            // A state of a later fill was written after the marker was read.
            var value = ValueOf(first + i);
            answers[i] = fills[viewOf[i]] is { } fill
                && (StoredState.NumberOf(value.Span) is not { } number || !FillNumber.IsLater(number, fill))
                ? new EntityAnswer(StoredState.StateOf(value, fill), IsFilled: true)
                : new EntityAnswer(default, IsFilled: false);
        }

        return new OnlineAnswers(answers, read);

        ReadOnlyMemory<byte> ValueOf(int index) => read[index] ?? default;
    }
}
