namespace ModelServing.Inference.Crashes;

/// <summary>Notes what one version of a pool does, for the process that follows if this one crashes.</summary>
internal sealed class VersionRecord(VersionSettings settings, CrashState state)
{
    private readonly int number = state.NumberOf(settings);
    private int left = CrashState.CallsOfSuspect;

    /// <summary>Whether the version may have made the process before this one crash.</summary>
    internal bool IsSuspect => state.IsSuspect(number);

    /// <summary>Whether the version is not opened, because a process crashed while it ran.</summary>
    internal bool IsKnownCulprit => state.IsKnown(number);

    /// <inheritdoc cref="CrashState.IsCulprit"/>
    internal bool IsCulprit(string? manifest) => state.IsCulprit(number, manifest);

    /// <inheritdoc cref="RunSlots.Enter"/>
    internal int Enter(bool isOpening = false) => state.Slots.Enter(number, isOpening);

    /// <inheritdoc cref="RunSlots.Leave"/>
    internal void Leave(int slot) => state.Slots.Leave(slot);

    /// <inheritdoc cref="RunSlots.CanNotEnd"/>
    internal void CanNotEnd(int slot) => state.Slots.CanNotEnd(slot);

    /// <summary>A run of a suspect has ended. Returns whether the version is now cleared.</summary>
    internal bool RanWell()
    {
        if (Interlocked.Decrement(ref left) > 0)
            return false;
        state.Clear(number);
        return true;
    }
}
