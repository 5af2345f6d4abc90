using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Contracts.Reliability;
using ModelServing.Hosting;

namespace ModelServing.FeatureServer;

/// <summary>Takes the body of a request, bounded in bytes and time, and answers what is wrong with the request. The number of requests that
/// are taken at the same time is bounded too.</summary>
/// <param name="mostInFlight">The most requests in flight.</param>
/// <param name="mostBytes">The most bytes of a body.</param>
/// <param name="busy">The problem of one request too many.</param>
/// <param name="time">Measures the wait for a body.</param>
/// <param name="logger">Gets the faults of this program.</param>
internal sealed class RequestBody(int mostInFlight, int mostBytes, Problem busy, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan BodyLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SoonAgain = TimeSpan.FromSeconds(1);

    private int inFlight;

    /// <summary>Reads the body and hands it to <paramref name="handle"/>, which answers or says why not. Returns the refusal that was
    /// answered; null if there was none.</summary>
    internal async Task<Refusal?> TakeAsync(HttpContext context, Func<ReadOnlyMemory<byte>, Task<Refusal?>> handle)
    {
        if (Interlocked.Increment(ref inFlight) > mostInFlight)
        {
            Interlocked.Decrement(ref inFlight);
            return await RefuseAsync(context, new Refusal(busy, $"{mostInFlight} requests are in flight already", SoonAgain));
        }

        var buffer = Array.Empty<byte>();
        try
        {
            if (!HttpMethods.IsGet(context.Request.Method) && UnsupportedBody.FindIn(context) is { } unsupported)
                return await RefuseAsync(context, new Refusal(UnsupportedBody.Problem, unsupported));
            if (context.Request.ContentLength > mostBytes)
                return await RefuseAsync(context, TooLarge);
            buffer = ArrayPool<byte>.Shared.Rent((int)(context.Request.ContentLength ?? mostBytes) + 1);
            using var limit = new TimeLimit(BodyLimit, time, context.RequestAborted);
            int length;
            try
            {
                length = await context.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, limit.Token);
            }
            catch (OperationCanceledException) when (limit.IsOver)
            {
                return await RefuseAsync(
                    context, new Refusal(Problems.BodyLate, $"The request body was not complete within {BodyLimit.TotalSeconds} s"));
            }
            catch (Exception e) when (!CallerLeft.IsShownBy(e, context) && BodyFault.Find(e) is not null)
            {
                var (problem, detail) = BodyFault.Find(e)!.Value;
                return await RefuseAsync(context, new Refusal(problem, detail));
            }

            var refusal = length > mostBytes ? TooLarge
                : BodyText.FindFault(buffer.AsSpan(0, length)) is var (field, fault) ? NotText(field, fault)
                : await handle(buffer.AsMemory(0, length));
            return refusal is null ? null : await RefuseAsync(context, refusal);
        }
        catch (ContractException e)
        {
            return await RefuseAsync(context, new Refusal(Problems.BadRequest, e.Message));
        }
        catch (Exception e) when (CallerLeft.IsShownBy(e, context))
        {
            CallerLeft.End(context);
            return null;
        }
        catch (Exception e)
        {
            RequestBodyLog.Failed(logger, context.Request.Path, e);
            return await RefuseAsync(
                context, new Refusal(Problems.Internal, "The feature server failed to handle this request; its log has the reason"));
        }
        finally
        {
            if (buffer.Length > 0)
                ArrayPool<byte>.Shared.Return(buffer);
            Interlocked.Decrement(ref inFlight);
        }
    }

    private static Refusal NotText(string field, string fault) =>
        new(Problems.BadRequest, field.Length > 0 ? $"{field}: {fault}" : fault);

    private Refusal TooLarge => new(Problems.BodyTooLarge, $"The request body has more than {mostBytes} bytes");

    private static async Task<Refusal> RefuseAsync(HttpContext context, Refusal refusal)
    {
        if (!context.Response.HasStarted)
            await refusal.Problem.WriteAsync(context, refusal.Detail, retryAfter: refusal.RetryAfter);
        return refusal;
    }
}

internal static partial class RequestBodyLog
{
    [LoggerMessage(141, LogLevel.Error, "The request for {Path} failed")]
    internal static partial void Failed(ILogger logger, string? path, Exception exception);
}
