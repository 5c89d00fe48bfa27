namespace Rlaif.Feedback.Tests;
