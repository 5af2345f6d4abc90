using Microsoft.AspNetCore.Http;
using ModelServing.Hosting.Memory;

namespace ModelServing.Router.Forwarding;

/// <summary>What the router holds of a request beyond the buffers of its connections: a long body until it is sent, and a long answer until
/// it is complete. It is taken from the budget, and returned when the client has its answer.</summary>
internal struct HeldBytes(HttpContext context)
{
    /// <summary>A body or answer of up to this size fits into what each connection has anyway.</summary>
    internal const int Ordinary = 16 * 1024;

    // Kestrel's copy, ours, and the rounding of ours to a power of two. Of what is beyond the limit, there is only Kestrel's.
    private const int Copies = 3;
    private const int CopiedLimit = ClientBody.JoinedLimit;

    private long taken;

    /// <summary>Takes the bytes of a text that has <paramref name="length"/> bytes so far.</summary>
    /// <exception cref="OverBudgetException">They do not fit.</exception>
    internal void Take(long length)
    {
        var needed = Needed(length);
        if (needed <= taken || Open() is not { } reservation)
            return;
        reservation.Take(needed - taken);
        taken = needed;
    }

    /// <summary>As <see cref="Take"/>; false if they do not fit.</summary>
    internal bool TryTake(long length)
    {
        var needed = Needed(length);
        if (needed <= taken || Open() is not { } reservation)
            return true;
        if (!reservation.TryTake(needed - taken))
            return false;
        taken = needed;
        return true;
    }

    /// <summary>Takes bytes for a copy of a request that outlives it. False if they do not fit.</summary>
    /// <param name="context">The request.</param>
    /// <param name="length">The length of its body.</param>
    /// <param name="copy">Returns the bytes when it is disposed of; null if the request has no budget.</param>
    internal static bool TryTakeCopy(HttpContext context, long length, out ByteReservation? copy)
    {
        copy = context.Features.Get<ByteBudget>() is { } budget ? new ByteReservation(budget) : null;
        // Rounded to a power of two.
        return copy?.TryTake(2 * length) != false;
    }

    private static long Needed(long length) =>
        length <= Ordinary ? 0 : Math.Max(Copies * (Math.Min(length, CopiedLimit) - Ordinary), length);

    // The request's own, which is made when it first keeps something.
    private readonly ByteReservation? Open()
    {
        if (context.Features.Get<ByteReservation>() is { } opened)
            return opened;
        if (context.Features.Get<ByteBudget>() is not { } budget)
            return null;
        var bytes = new ByteReservation(budget);
        context.Features.Set(bytes);
        context.Response.RegisterForDispose(bytes);
        return bytes;
    }
}
