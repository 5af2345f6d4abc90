using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ModelServing.TestKit.Emulation;

/// <summary>A fault that a test injects into a request.</summary>
public abstract class Fault
{
    /// <summary>Closes the connection without running the operation.</summary>
    public static Fault Cut { get; } = new Cutting(isDone: false);

    /// <summary>Runs the operation, but closes the connection instead of answering.</summary>
    public static Fault LostAnswer { get; } = new Cutting(isDone: true);

    /// <summary>Flips one bit of the answer's body.</summary>
    public static Fault Damage { get; } = new Damaging();

    /// <summary>Answers 429 in the service's form.</summary>
    public static Fault Throttle { get; } =
        Status(StatusCodes.Status429TooManyRequests, "TooManyRequests", "Tenant is throttled.");

    /// <summary>Answers with an error in the service's form.</summary>
    public static Fault Status(int status, string code, string message = "made to fail") =>
        new Answering(status, new EmulatorError(status, code, message).WriteAsync);

    /// <summary>Answers as an intermediary between the client and the service may.</summary>
    public static Fault Foreign(int status, string contentType, string body) => new Answering(status, async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        await context.Response.WriteAsync(body, Encoding.UTF8, context.RequestAborted);
    });

    /// <summary>Sends only the first bytes of the body, then closes the connection.</summary>
    public static Fault TruncateAfter(int bytes) => new Truncating(bytes, null);

    /// <summary>Sends only the first bytes of the body, then stalls with the connection open.</summary>
    public static Fault StallAfter(int bytes, Task until) => new Truncating(bytes, until);

    /// <summary>Waits until the test releases the request, then runs the operation as usual.</summary>
    public static Fault Hold(Task until) => new Holding(until);

    /// <summary>Answers instead of the operation. Returns whether it did.</summary>
    internal virtual Task<bool> BeforeAsync(HttpContext context) => Task.FromResult(false);

    /// <summary>Sends the operation's answer.</summary>
    internal virtual Task AfterAsync(HttpContext context, EmulatorAnswer answer) => answer.WriteAsync(context);

    private sealed class Answering(int status, Func<HttpContext, Task> write) : Fault
    {
        public override string ToString() => status.ToString(CultureInfo.InvariantCulture);

        internal override async Task<bool> BeforeAsync(HttpContext context)
        {
            await write(context);
            return true;
        }
    }

    private sealed class Cutting(bool isDone) : Fault
    {
        internal override Task<bool> BeforeAsync(HttpContext context)
        {
            if (!isDone)
                context.Abort();
            return Task.FromResult(!isDone);
        }

        internal override Task AfterAsync(HttpContext context, EmulatorAnswer answer)
        {
            context.Abort();
            return Task.CompletedTask;
        }
    }

    private sealed class Holding(Task until) : Fault
    {
        internal override async Task<bool> BeforeAsync(HttpContext context)
        {
            await until.WaitAsync(context.RequestAborted);
            return false;
        }
    }

    private sealed class Truncating(int bytes, Task? until) : Fault
    {
        internal override async Task AfterAsync(HttpContext context, EmulatorAnswer answer)
        {
            await answer.WriteAsync(context, bytes);
            // Not an abort, which would overtake the written bytes. The server itself closes the connection if an answer has fewer bytes
            // than its Content-Length.
            await context.Response.Body.FlushAsync(context.RequestAborted);
            if (until is not null)
                await until.WaitAsync(context.RequestAborted);
        }
    }

    private sealed class Damaging : Fault
    {
        internal override Task AfterAsync(HttpContext context, EmulatorAnswer answer)
        {
            var body = answer.Body.ToArray();
            body[^1] ^= 1;
            return (answer with { Body = body }).WriteAsync(context);
        }
    }
}
