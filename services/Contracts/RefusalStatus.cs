namespace ModelServing.Contracts;

/// <summary>The statuses with which a version refuses a request because of its lengths, or because of what it would need.</summary>
public static class RefusalStatus
{
    /// <summary>Whether a version with this answer is not blamed, whatever stable answers. Any caller can send such a request.</summary>
    public static bool Includes(int status) => status is 413 or 414 or 422 or 431;
}
