using ModelServing.Hosting.Memory;

namespace ModelServing.Services.Tests.Hosting.Memory;

public class ByteBudgetTests
{
    private const long Mebibyte = 1024 * 1024;

    private readonly ByteBudget budget = new(8 * Mebibyte);

    [Fact]
    public void A_request_that_does_not_fit_takes_nothing()
    {
        using var first = new ByteReservation(budget);
        using var second = new ByteReservation(budget);
        first.Take(4 * Mebibyte);
        var e = Assert.Throws<OverBudgetException>(() => second.Take(3 * Mebibyte));
        Assert.Contains($"needs {3 * Mebibyte} more bytes", e.Message, StringComparison.Ordinal);
        Assert.Equal((4 * Mebibyte, 0), (budget.Reserved, second.Bytes));
        second.Take(2 * Mebibyte);
        Assert.Equal(6 * Mebibyte, budget.Reserved);
    }

    [Fact]
    public void Disposing_and_shrinking_return_bytes_once()
    {
        using var other = new ByteReservation(budget);
        other.Take(10);
        var request = new ByteReservation(budget);
        request.Take(1000);
        request.ShrinkTo(2000);
        Assert.Equal(1010, budget.Reserved);
        request.ShrinkTo(300);
        Assert.Equal(310, budget.Reserved);
        request.Dispose();
        request.Dispose();
        Assert.Equal(10, budget.Reserved);
        Assert.Throws<ObjectDisposedException>(() => request.Take(1));
    }

    [Fact]
    public void Large_requests_leave_the_last_quarter_to_small_ones()
    {
        using var large = new ByteReservation(budget);
        large.Take(6 * Mebibyte);
        using var another = new ByteReservation(budget);
        Assert.False(another.TryTake(ByteBudget.SmallRequest + 1));
        var small = Enumerable.Range(0, 8).Select(_ => new ByteReservation(budget)).ToList();
        Assert.All(small, request => Assert.True(request.TryTake(ByteBudget.SmallRequest)));
        Assert.Equal(8 * Mebibyte, budget.Reserved);
        Assert.False(another.TryTake(1));
        // It is not small any more.
        small[1].Dispose();
        Assert.False(small[0].TryTake(1));
    }

    [Fact]
    public void A_request_for_half_takes_nothing_while_others_have_half()
    {
        using var pinned = new ByteReservation(budget, ByteShare.Half);
        Assert.Equal(4 * Mebibyte, pinned.Largest);
        pinned.Take(4 * Mebibyte);
        Assert.False(pinned.TryTake(1));
        using var assigned = new ByteReservation(budget);
        assigned.Take(2 * Mebibyte);
        pinned.ShrinkTo(0);
        Assert.True(pinned.TryTake(2 * Mebibyte));
        Assert.False(pinned.TryTake(1));
    }

    [Fact]
    public void A_smaller_limit_leaves_what_is_taken()
    {
        using var request = new ByteReservation(budget);
        request.Take(4 * Mebibyte);
        budget.Resize(Mebibyte);
        Assert.Equal(4 * Mebibyte, budget.Reserved);
        Assert.False(request.TryTake(1));
    }

    [Fact]
    public async Task Requests_at_the_same_time_never_take_more_than_the_limit()
    {
        const int Threads = 4;
        const int Each = 20_000;
        var small = new ByteBudget(100);
        long most = 0;
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                using var request = new ByteReservation(small);
                if (request.TryTake(30 + thread))
                    InterlockedMax(ref most, small.Reserved);
            }
        })));
        Assert.InRange(most, 30, 100);
        Assert.Equal(0, small.Reserved);
    }

    private static void InterlockedMax(ref long most, long value)
    {
        for (var now = Volatile.Read(ref most); now < value;)
        {
            var before = Interlocked.CompareExchange(ref most, value, now);
            now = before == now ? value : before;
        }
    }
}
