using ModelServing.Cache;
using ModelServing.Cache.Features;
using ModelServing.Features.Engine;

namespace ModelServing.OnlineStore;

/// <summary>Changes states of one fill in the cache, each by compare-and-set. A state of a later fill is never changed.</summary>
/// <param name="fill">The number of the fill.</param>
internal sealed class StateChanges(ViewStore view, ulong fill)
{
    /// <summary>The largest number of a later fill that was found; 0 if all states were of this fill or of earlier ones.</summary>
    internal ulong Later { get; private set; }

    /// <summary>Whether there were states of other fills.</summary>
    internal bool HasOthers { get; private set; }

    /// <summary>Changes states.</summary>
    /// <param name="change">Gets the index of a key and its state, null without one of this fill, and returns the new state; null leaves
    /// it. It may be called several times for a key.</param>
    /// <param name="overwrites">Whether states of earlier fills are replaced too.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <exception cref="CacheException">Some of the states may not be changed.</exception>
    /// <exception cref="FeatureStateException">A state is damaged.</exception>
    internal Task UpdateAsync(
        IReadOnlyList<FeatureKey> keys, Func<int, EntityState?, EntityState?> change, bool overwrites, CancellationToken cancellation) =>
        view.Values.UpdateAsync(
            keys,
            (index, old) =>
            {
                if (StoredState.NumberOf(old) is { } number && number != fill)
                {
                    HasOthers = true;
                    var isLater = FillNumber.IsLater(number, fill);
                    if (isLater)
                        Later = Math.Max(Later, number);
                    if (isLater || !overwrites)
                        return null;
                }

                return change(index, StoredState.Read(view.Engine, old, fill)) is { } state
                    ? StoredState.Write(view.Engine, state, fill)
                    : null;
            },
            view.Kept,
            cancellation);
}
