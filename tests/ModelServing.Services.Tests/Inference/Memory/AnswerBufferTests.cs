using System.Buffers;
using ModelServing.Hosting.Memory;
using ModelServing.Inference.Memory;

namespace ModelServing.Services.Tests.Inference.Memory;

public sealed class AnswerBufferTests : IDisposable
{
    private readonly ByteBudget budget = new(64 * 1024 * 1024);
    private readonly AnswerBuffer answer = new();

    public void Dispose() => answer.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(16 * 1024)]
    [InlineData(16 * 1024 + 1)]
    [InlineData(3_000_000)]
    public void Its_pieces_are_what_was_written(int length)
    {
        answer.Begin(budget, ByteShare.Whole, long.MaxValue);
        var expected = Write(length);
        var read = new List<byte>();
        for (var i = 0; i < answer.Pieces; i++)
        {
            read.AddRange(answer.Piece(i).ToArray());
            answer.Sent(i);
        }

        Assert.Equal(length, answer.Length);
        Assert.True(expected.AsSpan().SequenceEqual([.. read]));
        Assert.Equal(0, budget.Reserved);
    }

    [Fact]
    public void It_takes_what_exceeds_its_first_piece_and_returns_each_piece_that_was_sent()
    {
        answer.Begin(budget, ByteShare.Whole, long.MaxValue);
        Write(16 * 1024);
        Assert.Equal(0, budget.Reserved);
        Write(2_000_000);
        var all = budget.Reserved;
        Assert.InRange(all, 2_000_000, 3_500_000);
        answer.Sent(0);
        answer.Sent(1);
        Assert.InRange(budget.Reserved, 1, all - 1);
        answer.Clear();
        Assert.Equal(0, budget.Reserved);
        answer.Begin(budget, ByteShare.Whole, long.MaxValue);
        Assert.Equal((0, 1), (answer.Length, answer.Pieces));
    }

    [Fact]
    public void An_answer_past_its_limit_fails_while_it_is_written()
    {
        answer.Begin(budget, ByteShare.Whole, 100_000);
        Write(100_000);
        Assert.Throws<AnswerTooLargeException>(() => Write(1));
        answer.Begin(budget, ByteShare.Whole, 100_000);
        Assert.Throws<AnswerTooLargeException>(() => answer.GetMemory(10_000_000));
        Assert.InRange(budget.Reserved, 0, 200_000);
    }

    [Fact]
    public void An_answer_without_room_beside_other_requests_fails()
    {
        using var other = new ByteReservation(budget);
        other.Take(48 * 1024 * 1024);
        answer.Begin(budget, ByteShare.Whole, long.MaxValue);
        Assert.Throws<OverBudgetException>(() => Write(1_000_000));
    }

    private byte[] Write(int length)
    {
        var text = new byte[length];
        new Random(length).NextBytes(text);
        var rest = text.AsSpan();
        for (var step = 1; !rest.IsEmpty; step = step % 4999 + 1)
        {
            var part = rest[..Math.Min(step, rest.Length)];
            answer.Write(part);
            rest = rest[part.Length..];
        }

        return text;
    }
}
