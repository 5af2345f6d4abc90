namespace ModelServing.Hosting.Memory;

/// <summary>The requests in flight leave no room for this one. It is worth a retry.</summary>
public sealed class OverBudgetException(string message) : Exception(message)
{
    internal OverBudgetException(long bytes, long limit)
        : this($"This request needs {bytes} more bytes of memory. The requests in flight may use {limit} together, and leave too " +
            "little of it now; retry later")
    {
    }
}
