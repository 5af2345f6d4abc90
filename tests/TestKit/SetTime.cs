namespace ModelServing.TestKit;

/// <summary>A clock that shows the time that a test sets.</summary>
public sealed class SetTime : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
