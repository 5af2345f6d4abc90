using Oci.Common;
using Oci.Common.Model;
using Oci.Common.Retry;

namespace ModelServing.Services.Tests.Oci.Calls;

/// <summary>How the SDK cancels and retries.</summary>
public class SdkRetryTests
{
    private static RetryConfiguration AtOnce(int retries) => new() { MaxAttempts = retries, GetNextDelayInSeconds = _ => 0 };

    [Fact]
    public async Task Without_a_retry_configuration_a_call_can_not_be_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        await using var sdk = new SdkClient(new(async (_, connection) =>
        {
            await cancelled.CancelAsync();
            await connection.SendAsync(ServiceStandIn.Json("hello"));
        }));

        await sdk.Client.GetObject(SdkClient.Get(), cancellationToken: cancelled.Token);
        await sdk.Client.GetObject(SdkClient.Get(), cancellationToken: cancelled.Token);

        Assert.Equal(2, sdk.Service.Requests.Count);
    }

    [Fact]
    public async Task With_a_retry_configuration_a_call_in_flight_is_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        // The service never answers.
        await using var sdk = new SdkClient(new((_, _) => cancelled.CancelAsync()));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sdk.Client.GetObject(SdkClient.Get(), AtOnce(0), cancelled.Token));

        Assert.Single(sdk.Service.Requests);
    }

    [Fact]
    public async Task Cancelling_does_not_end_the_sleep_before_a_retry()
    {
        using var cancelled = new CancellationTokenSource();
        var delays = new List<int>();
        await using var sdk = new SdkClient(new(_ => ServiceStandIn.Error(503, "Busy", "later")));
        var retry = new RetryConfiguration
        {
            GetNextDelayInSeconds = number =>
            {
                delays.Add(number);
                cancelled.Cancel();
                return 0.05;
            },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sdk.Client.GetObject(SdkClient.Get(), retry, cancelled.Token));

        // The cancelled request came after the sleep, and was not sent.
        Assert.Equal([1], delays);
        Assert.Single(sdk.Service.Requests);
    }

    [Fact]
    public async Task Nothing_is_retried_by_default()
    {
        await using var sdk = new SdkClient(new(_ => ServiceStandIn.Error(503, "Busy", "later")));

        await Assert.ThrowsAsync<OciException>(() => sdk.Client.GetObject(SdkClient.Get()));

        Assert.Single(sdk.Service.Requests);
    }

    [Theory]
    [InlineData(429, "TooManyRequests", 3)]
    [InlineData(500, "InternalServerError", 3)]
    [InlineData(503, "ServiceUnavailable", 3)]
    [InlineData(409, "IncorrectState", 3)]
    [InlineData(409, "ConcurrentObjectUpdate", 1)]
    [InlineData(404, "ObjectNotFound", 1)]
    [InlineData(412, "IfNoneMatchFailed", 1)]
    [InlineData(501, "NotImplemented", 1)]
    public async Task Retries_depend_on_status_and_code_and_not_on_retry_after(int status, string code, int sent)
    {
        await using var sdk = new SdkClient(
            new(_ => ServiceStandIn.Error(status, code, "no", "Retry-After: 100000")),
            new ClientConfiguration { RetryConfiguration = AtOnce(2) });

        var e = await Assert.ThrowsAsync<OciException>(() => sdk.Client.GetObject(SdkClient.Get()));

        Assert.Equal((status, code), ((int)e.StatusCode, e.ServiceCode));
        Assert.Equal(sent, sdk.Service.Requests.Count);
        Assert.All(sdk.Service.Requests, request => SomeUser.VerifySignature(request));
    }

    [Fact]
    public async Task A_retried_put_sends_the_same_bytes_again()
    {
        var answers = new Queue<string>([ServiceStandIn.Error(500, "InternalServerError", "no"), ServiceStandIn.Json("", "ETag: tag")]);
        await using var sdk = new SdkClient(new(_ => answers.Dequeue()));

        var response = await sdk.Client.PutObject(SdkClient.Put(), AtOnce(5));

        Assert.Equal("tag", response.ETag);
        Assert.Equal(["hello", "hello"], sdk.Service.Requests.Select(request => request.Text));
    }

    [Fact]
    public async Task A_stream_that_can_not_seek_hides_the_first_error_in_a_retry()
    {
        await using var sdk = new SdkClient(new(_ => ServiceStandIn.Error(500, "InternalServerError", "no")));
        var put = SdkClient.Put();
        (put.PutObjectBody, put.ContentLength) = (new SdkRequestTests.ForwardOnlyStream("hello"u8), 5);

        await Assert.ThrowsAsync<InvalidOperationException>(() => sdk.Client.PutObject(put, AtOnce(5)));

        Assert.Single(sdk.Service.Requests);
    }

    [Fact]
    public async Task The_total_time_ends_a_sleep_with_the_sdks_own_error()
    {
        await using var sdk = new SdkClient(new(_ => ServiceStandIn.Error(503, "Busy", "later")));

        var e = await Assert.ThrowsAsync<OciException>(() => sdk.Client.GetObject(
            SdkClient.Get(), new RetryConfiguration { TotalElapsedTimeInSecs = 1, GetNextDelayInSeconds = _ => 1000 }));

        Assert.Equal((408, "Unknown"), ((int)e.StatusCode, e.OpcRequestId));
    }

    [Fact]
    public async Task A_refused_connection_is_not_retried_and_a_timeout_is_a_cancellation()
    {
        await using var sdk = new SdkClient(
            new((_, _) => Task.CompletedTask), new ClientConfiguration { TimeoutMillis = 300, RetryConfiguration = AtOnce(2) });
        await using var refused = new SdkClient(new(_ => ""), new ClientConfiguration { RetryConfiguration = AtOnce(2) });
        await refused.Service.DisposeAsync();

        await Assert.ThrowsAsync<HttpRequestException>(() => refused.Client.GetObject(SdkClient.Get()));
        var e = await Assert.ThrowsAsync<TaskCanceledException>(() => sdk.Client.GetObject(SdkClient.Get()));

        Assert.IsType<TimeoutException>(e.InnerException);
        // Zero if the timeout came before the request was sent.
        Assert.InRange(sdk.Service.Requests.Count, 0, 1);
    }

    [Fact]
    public async Task A_disposed_client_refuses_calls()
    {
        await using var sdk = new SdkClient(new(_ => ServiceStandIn.Json("")));
        sdk.Client.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => sdk.Client.GetObject(SdkClient.Get()));
    }
}
