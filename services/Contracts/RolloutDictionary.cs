using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace ModelServing.Contracts;

/// <summary>The rollouts of a plan, ordered by model. A copy shares with its original whatever neither changes, so it costs the same for
/// any number of models. One that is shared between threads must not be changed.</summary>
public sealed class RolloutDictionary : IDictionary<ModelName, RolloutPlan>, IReadOnlyDictionary<ModelName, RolloutPlan>
{
    private readonly ImmutableSortedDictionary<ModelName, RolloutPlan>.Builder map;

    public RolloutDictionary() => map = ImmutableSortedDictionary.CreateBuilder<ModelName, RolloutPlan>();

    /// <summary>Makes a copy.</summary>
    public RolloutDictionary(RolloutDictionary original)
    {
        ArgumentNullException.ThrowIfNull(original);
        map = original.map.ToImmutable().ToBuilder();
    }

    public RolloutDictionary(IEnumerable<KeyValuePair<ModelName, RolloutPlan>> rollouts)
        : this() => map.AddRange(rollouts);

    public RolloutPlan this[ModelName key]
    {
        get => map[key];
        set => map[key] = value;
    }

    public int Count => map.Count;

    public bool IsReadOnly => false;

    public IEnumerable<ModelName> Keys => map.Keys;

    public IEnumerable<RolloutPlan> Values => map.Values;

    ICollection<ModelName> IDictionary<ModelName, RolloutPlan>.Keys => [.. map.Keys];

    ICollection<RolloutPlan> IDictionary<ModelName, RolloutPlan>.Values => [.. map.Values];

    public void Add(ModelName key, RolloutPlan value) => map.Add(key, value);

    public void Add(KeyValuePair<ModelName, RolloutPlan> item) => map.Add(item);

    public void Clear() => map.Clear();

    public bool Contains(KeyValuePair<ModelName, RolloutPlan> item) => map.Contains(item);

    public bool ContainsKey(ModelName key) => map.ContainsKey(key);

    public void CopyTo(KeyValuePair<ModelName, RolloutPlan>[] array, int arrayIndex) =>
        ((ICollection<KeyValuePair<ModelName, RolloutPlan>>)map).CopyTo(array, arrayIndex);

    public IEnumerator<KeyValuePair<ModelName, RolloutPlan>> GetEnumerator() => map.GetEnumerator();

    public bool Remove(ModelName key) => map.Remove(key);

    public bool Remove(KeyValuePair<ModelName, RolloutPlan> item) => map.Remove(item);

    public bool TryGetValue(ModelName key, [MaybeNullWhen(false)] out RolloutPlan value) => map.TryGetValue(key, out value);

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
