using System.Collections;
using System.Collections.Immutable;

namespace Pulumi;

/// <summary>A map of inputs that is itself an input.</summary>
public sealed class InputMap<TValue> : Input<ImmutableDictionary<string, TValue>>, IInputCollection, IEnumerable,
    IAsyncEnumerable<Input<KeyValuePair<string, TValue>>>
{
    private Input<ImmutableDictionary<string, Input<TValue>>> parts;

    public InputMap()
        : this(ImmutableDictionary<string, Input<TValue>>.Empty)
    {
    }

    private InputMap(Input<ImmutableDictionary<string, Input<TValue>>> parts)
        : base(Flatten(parts)) => this.parts = parts;

    IOutput IInputCollection.Parts => ((IInput)parts).ToOutput();

    public Input<TValue> this[string key]
    {
        set => Add(key, value);
    }

    public void Add(string key, Input<TValue> value) => Set(parts.Apply(all => all.TryGetValue(key, out var former)
        ? all.SetItem(key, Output.Tuple(former, value).Apply(both => EqualityComparer<TValue>.Default.Equals(both.Item1, both.Item2)
            ? both.Item1
            : throw new ArgumentException($"Key '{key}' already exists in the map with a different value.")))
        : all.Add(key, value)));

    public void Add(InputMap<TValue> values) => AddRange(values);

    public void AddRange(InputMap<TValue> values) =>
        Set(Output.Tuple(parts, values.parts).Apply(static both => both.Item1.AddRange(both.Item2)));

    public static InputMap<TValue> Merge(InputMap<TValue> first, InputMap<TValue> second) =>
        new(Output.Tuple(first.parts, second.parts).Apply(static both => both.Item1.SetItems(both.Item2)));

    public static implicit operator InputMap<TValue>(Dictionary<string, TValue> values) => Output.Create(values);

    public static implicit operator InputMap<TValue>(ImmutableDictionary<string, TValue> values) => Output.Create(values);

    public static implicit operator InputMap<TValue>(Output<Dictionary<string, TValue>> values) =>
        values.Apply(ImmutableDictionary.CreateRange);

    public static implicit operator InputMap<TValue>(Output<IDictionary<string, TValue>> values) =>
        values.Apply(ImmutableDictionary.CreateRange);

    public static implicit operator InputMap<TValue>(Output<ImmutableDictionary<string, TValue>> values) =>
        new(values.Apply(static all => all is null
            ? null!
            : all.ToImmutableDictionary(static pair => pair.Key, static pair => (Input<TValue>)pair.Value)));

    IEnumerator IEnumerable.GetEnumerator() =>
        throw new NotSupportedException(
            $"A {GetType().FullName} cannot be synchronously enumerated. Use {nameof(GetAsyncEnumerator)} instead.");

    public async IAsyncEnumerator<Input<KeyValuePair<string, TValue>>> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        foreach (var value in await Value.ValueOr(ImmutableDictionary<string, TValue>.Empty).ConfigureAwait(false))
            yield return value;
    }

    private void Set(Input<ImmutableDictionary<string, Input<TValue>>> value)
    {
        parts = value;
        Value = Flatten(value);
    }

    private static Output<ImmutableDictionary<string, TValue>> Flatten(Input<ImmutableDictionary<string, Input<TValue>>> parts) =>
        parts.Apply(static all => all is null
            ? Output.Create(Task.FromResult<ImmutableDictionary<string, TValue>>(null!))
            : Output.All(all.Select(static part => part.Value.Apply(value => KeyValuePair.Create(part.Key, value))))
                .Apply(static pairs => pairs.ToImmutableDictionary()));
}
