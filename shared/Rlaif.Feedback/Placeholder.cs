namespace Rlaif.Feedback;
