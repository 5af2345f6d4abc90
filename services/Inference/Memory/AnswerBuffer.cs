using System.Buffers;
using ModelServing.Hosting.Memory;

namespace ModelServing.Inference.Memory;

/// <summary>
/// The memory of an answer while it is written and sent. It is a list of pieces, so a long answer is never copied to make room. What
/// exceeds the first piece is taken from the budget before it is used, and returned as soon as it was sent.
/// </summary>
internal sealed class AnswerBuffer : IBufferWriter<byte>, IDisposable
{
    private const int FirstPiece = 16 * 1024;
    private const int SecondPiece = 64 * 1024;
    private const int LargestPiece = 1024 * 1024;

    // Kept from answer to answer.
    private readonly byte[] first = new byte[FirstPiece];
    private readonly List<NativeBytes> others = [];
    // Of each piece but the last.
    private readonly List<int> lengths = [];
    private ByteBudget? budget;
    private ByteShare share;
    private ByteReservation? bytes;
    private long most = long.MaxValue;
    private int used;

    /// <summary>The length of the answer so far.</summary>
    internal long Length { get; private set; }

    /// <summary>The largest answer.</summary>
    internal long Most => most;

    /// <summary>Begins an answer, whose pieces are taken from <paramref name="from"/>.</summary>
    internal void Begin(ByteBudget from, ByteShare ofBudget, long mostBytes)
    {
        Clear();
        budget = from;
        share = ofBudget;
        most = mostBytes;
    }

    public void Advance(int count)
    {
        used += count;
        Length += count;
        if (Length > most)
            throw new AnswerTooLargeException(most);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var current = others.Count == 0 ? first : others[^1].Memory;
        if (current.Length - used >= Math.Max(1, sizeHint))
            return current[used..];
        Add(sizeHint);
        return others[^1].Memory;
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>How many pieces the answer has.</summary>
    internal int Pieces => others.Count + 1;

    /// <summary>A piece of the answer.</summary>
    internal ReadOnlyMemory<byte> Piece(int index)
    {
        var length = index == others.Count ? used : lengths[index];
        return index == 0 ? first.AsMemory(0, length) : others[index - 1].Memory[..length];
    }

    /// <summary>Frees a piece that was sent.</summary>
    internal void Sent(int index)
    {
        if (index > 0)
            Free(others[index - 1]);
    }

    /// <summary>Frees everything but the first piece, and ends the answer.</summary>
    internal void Clear()
    {
        foreach (var piece in others)
            Free(piece);
        others.Clear();
        lengths.Clear();
        used = 0;
        Length = 0;
        bytes?.Dispose();
        bytes = null;
        budget = null;
        most = long.MaxValue;
    }

    public void Dispose() => Clear();

    private void Add(int sizeHint)
    {
        // A hint may be some times as long as what is written then.
        if (Length + sizeHint - LargestPiece > most)
            throw new AnswerTooLargeException(most);
        var size = others.Count == 0 ? SecondPiece : Math.Min(LargestPiece, others[^1].Length * 2);
        size = Math.Max(size, sizeHint);
        // Most answers fit into the first piece.
        if (bytes is null && budget is not null)
            bytes = new ByteReservation(budget, share);
        bytes?.Take(size);
        others.Add(new NativeBytes(size));
        lengths.Add(used);
        used = 0;
    }

    private void Free(NativeBytes piece)
    {
        bytes?.ShrinkTo(bytes.Bytes - piece.Length);
        piece.Free();
    }
}
