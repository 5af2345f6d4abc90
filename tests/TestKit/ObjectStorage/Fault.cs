using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ModelServing.TestKit.ObjectStorage;

/// <summary>What goes wrong with a request.</summary>
public abstract class Fault
{
    /// <summary>The connection is closed, and nothing was done.</summary>
    public static Fault Cut { get; } = new Cutting(isDone: false);

    /// <summary>What was asked for is done, but the connection is closed instead of an answer.</summary>
    public static Fault LostAnswer { get; } = new Cutting(isDone: true);

    /// <summary>One bit of the object's bytes arrives changed.</summary>
    public static Fault Damage { get; } = new Damaging();

    /// <summary>Too many requests: 429, as the service says it.</summary>
    public static Fault Throttle { get; } = Status(StatusCodes.Status429TooManyRequests, "TooManyRequests", "Tenant is throttled.");

    /// <summary>An error in the service's form.</summary>
    public static Fault Status(int status, string code, string message = "made to fail") => new Answering(status, new StorageError(status, code, message).WriteAsync);

    /// <summary>An answer that is not the service's: what something between a client and it may say.</summary>
    public static Fault Foreign(int status, string contentType, string body) => new Answering(status, async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        await context.Response.WriteAsync(body, Encoding.UTF8, context.RequestAborted);
    });

    /// <summary>Only so many of the object's bytes come, then the connection is closed.</summary>
    public static Fault TruncateAfter(int bytes) => new Truncating(bytes, null);

    /// <summary>After so many of the object's bytes nothing comes any more, while the connection stands.</summary>
    public static Fault StallAfter(int bytes, Task until) => new Truncating(bytes, until);

    /// <summary>Nothing happens until the test lets it; then all goes its way.</summary>
    public static Fault Hold(Task until) => new Holding(until);

    /// <summary>Answers in the operation's stead; true when it did.</summary>
    internal virtual Task<bool> BeforeAsync(HttpContext context) => Task.FromResult(false);

    /// <summary>Sends what the operation answers.</summary>
    internal virtual Task AfterAsync(HttpContext context, StorageAnswer answer) => answer.WriteAsync(context);

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

        internal override Task AfterAsync(HttpContext context, StorageAnswer answer)
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
        internal override async Task AfterAsync(HttpContext context, StorageAnswer answer)
        {
            await answer.WriteAsync(context, bytes);
            // Not an abort, which would overtake what was written: the server itself closes the connection behind an answer that has fewer
            // bytes than it said.
            await context.Response.Body.FlushAsync(context.RequestAborted);
            if (until is not null)
                await until.WaitAsync(context.RequestAborted);
        }
    }

    private sealed class Damaging : Fault
    {
        internal override Task AfterAsync(HttpContext context, StorageAnswer answer)
        {
            var body = answer.Body.ToArray();
            body[^1] ^= 1;
            return (answer with { Body = body }).WriteAsync(context);
        }
    }
}
