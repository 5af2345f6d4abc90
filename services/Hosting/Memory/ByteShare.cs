namespace ModelServing.Hosting.Memory;

/// <summary>How much of the <see cref="ByteBudget"/> a request may use.</summary>
public enum ByteShare
{
    /// <summary>All of it; a large request leaves the last quarter to small ones.</summary>
    Whole,

    /// <summary>Only while less than half is taken: for requests that must not get in the way of others.</summary>
    Half,
}
